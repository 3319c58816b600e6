"""Who asks for what, when, and how an answer is read: the same in both modes.

- `plan.py`        every arrival of a run, from the seed
- `arrivals.py`    when they come
- `users.py`       users who wait for their answers, turn by turn
- `parameters.py`  what they may ask for
- `operations.py`  how an operation is asked for over HTTP, and how its answer is read
- `gateway/`       the reference application's operations, a module each; `described.py` anybody else's
- `tokens.py`      session tokens, good ones and bad ones, made when they are sent
- `outsiders.py`   who asks a vendor directly
- `needed.py`      which vendors a run needs
- `replicas.py`    which of several processes is asked
- `streamed.py`    answers that come as they are made: when their pieces came, and whether they are whole
- `exchange.py`    requests and readings; `named.py` what an answer names of the operation's effects
- `terms.py`       what the effects must hold, filled in for each arrival
- `until.py`       the state of what was taken on, and how it is read
- `dead_letters.py`  the gateway's dead letters: sent again, and read
- `pace.py`        whether the load was the load that was asked for
"""
