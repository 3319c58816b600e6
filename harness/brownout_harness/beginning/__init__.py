"""What somebody needs who begins: whether the machine has it, and the first files.

- `machine.py`      what there is on this machine, who needs it, and how to get what is not there
- `copied.py`       a scenario of the library as somebody's own
- `first_files.py`  a scenario for one's own application, its CI and its environment, from a few words
"""
