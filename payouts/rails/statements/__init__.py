"""Bank statements, whatever the rail: any funding account's bank may send them."""
