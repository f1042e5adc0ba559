"""Speed, measured: ours beside the limit in one run, as a ratio.

`make bench [WORK=approve,run,pages] [SIZE=10000] [ROWS=1000000]`.
"""
