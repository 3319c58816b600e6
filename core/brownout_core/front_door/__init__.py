"""The reference application's one front door: what is asked, as method, path, headers and body, and what is answered.

It knows no socket. The gateway puts it on HTTP; virtual time hands it the very bytes that a client would send.

- `door.py`     who may come in, where to, and one shape for whatever goes wrong
- `desk.py`     the dead letters' routes
- `reading.py`  what a request says, checked
- `answers.py`  what is answered
- `telling.py`  an answer that is told as it is made
"""
