"""Speed, measured: ours beside the limit in one run, as a ratio. `make bench [WORK=approve,run] [SIZE=10000]`."""
