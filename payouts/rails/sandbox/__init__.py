"""The simulated bank as a rail: an HTTP API, one payment a call. Refused in production (see the registry)."""
