"""What the system and packet tests share.

`frames`: frames that are known again wherever they come out. `scene`: networks and ports of one
test on a lab of dummy devices, and where a frame sent there goes. `oracle`: incremental state held
against what a fresh start computes. `diagnostics`: waiting for findings. `health`: silent logs.
"""
