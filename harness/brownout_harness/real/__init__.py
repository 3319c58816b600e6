"""Real mode: processes, sockets, Redis, and how all of it is stopped again.

- `runner.py`            a run from the start instant to its evidence
- `stage.py`             everything that a run needs, up and ready
- `processes.py`         children that die with the harness; `warden.py` is what watches each of them
- `target.py`            how the application under test is started
- `console/`             the web console, at `brownout up` and beside a run
- `served.py`            simulators that serve, and the wait for them
- `served_here.py`       which of them serve on this machine, for whoever looks for them
- `mitm.py`              mitmproxy as a process; `intercepting.py` is `brownout intercept`, `interception.py` a run's
- `booths.py`            the vendors' simulators, a process each: told the schedule beforehand, read at the end
- `links.py`             proxies between the target and what it depends on; `link_process.py` is what they run in
- `toxiproxy.py`         somebody else's Toxiproxy in their place; `toxiproxy_choice.py` which one, and what for
- `moments.py`           what is done while a simulator holds the call at whose moment it is to be done
- `load_process.py`      the load generator's process: its plan, its start, its progress; `load_workers.py` where it
  is several; `joining.py` where they are part of another machine's
- `redis_choice.py`      which Redis; `redis_process.py` starts it, `redis_server.py` is the embedded one
- `env_forms.py`         variables as a shell or a file takes them
- `around.py`            what is around the target's processes: `letters_disk.py` a small disk, which can be full;
  `false_time.py` their wall clock, which may be wrong; `starving.py` processor time that is taken from
  them, `starver.py` the program that does
- `store.py`             what is done to it; `redis_memory.py` what it holds, emptied, copied and put back
- `drain.py`             after the load, until nothing moves
- `memory.py`            how much memory the target holds
- `stops.py`             what comes of each process that was told to stop
- `last_look.py`         then, once more, at the state of what was taken on to be finished later
- `telemetry_tail.py`    the target's events
- `breaker_looks.py`     looks at the target's breakers where it tells none; `metrics.py` reads them
- `ports.py`             free ports
- `onlooker.py`          who looks on and has no part in it
- `clocks.py`            whether the machine's clocks behaved; `pulse.py` whether the harness and Redis kept running;
  `stalls.py` what of all that is a gap; `machine.py` what else the machine had to do
- `http_json.py`         one request to a process on this machine
"""
