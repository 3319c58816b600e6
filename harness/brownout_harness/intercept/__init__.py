"""Around an application that cannot be pointed elsewhere: mitmproxy, and what of ours runs in it.

`addon.py` is loaded by mitmproxy, in an environment that holds neither this project nor its libraries: it, and whatever
it imports of ours, needs mitmproxy and the standard library alone.

- `plan.py`          what the harness tells the addon before it begins
- `destinations.py`  where a request goes: to a simulator, on to where it was meant for, or nowhere
- `passing.py`       faults for what is passed on
- `recording.py`     how long whom took to answer what: a profile, without a body, an id or a secret
- `addon.py`         mitmproxy's events
- `program.py`       where mitmproxy is, and how it is started
- `variables.py`     the environment by which an application is led through it; `preload/` is for those that heed none
- `requirements.txt` mitmproxy, for `make tools`
"""
