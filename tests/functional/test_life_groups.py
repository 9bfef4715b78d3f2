# SPDX-License-Identifier: ISC
"""Groups that come, change and go; AUTO logs; sockets of fcgi-programs."""

import os
import socket
import xmlrpc.client

import life
import pytest
import supd


def cat(name, **options):
    lines = ["[program:%s]" % name, "command=/bin/cat", "startsecs=0"]
    lines += ["%s=%s" % item for item in options.items()]
    return "\n".join(lines) + "\n"


def fault(call, *args):
    with pytest.raises(xmlrpc.client.Fault) as error:
        call(*args)
    return error.value.faultCode


def test_reload_compares_and_changes_nothing():
    with supd.Daemon(programs=cat("same") + cat("other") + cat("gone")
                     ) as daemon:
        server = daemon.rpc.supervisor
        pid = daemon.wait_state("gone", "RUNNING")["pid"]
        daemon.write_config(cat("same") + cat("other", priority=5) +
                            cat("new"))
        for _ in range(2):
            assert server.reloadConfig() == [[["new"], ["other"], ["gone"]]]
        assert server.getProcessInfo("gone")["pid"] == pid
        assert server.stopProcess("gone") is True
        assert server.removeProcessGroup("gone") is True
        assert fault(server.removeProcessGroup, "gone") == 10
        assert fault(server.removeProcessGroup, "other") == 91
        assert server.addProcessGroup("new") is True
        assert fault(server.addProcessGroup, "new") == 90
        assert fault(server.addProcessGroup, "gone") == 10
        daemon.wait_state("new", "RUNNING")
        assert server.reloadConfig() == [[[], ["other"], []]]
        server.stopProcess("other")
        server.removeProcessGroup("other")
        server.addProcessGroup("other")
        assert server.reloadConfig() == [[[], [], []]]


def test_a_broken_file_is_refused():
    with supd.Daemon(programs=cat("p")) as daemon:
        daemon.write_config("[program:p]\n")
        with pytest.raises(xmlrpc.client.Fault) as error:
            daemon.rpc.supervisor.reloadConfig()
        assert error.value.faultCode == 92
        assert "does not specify a command" in error.value.faultString
        assert daemon.state("p") == "RUNNING"


def test_a_group_that_is_added_again_is_fresh():
    with supd.Daemon(programs=cat("p", autostart="false")) as daemon:
        server = daemon.rpc.supervisor
        server.startProcess("p")
        server.stopProcess("p")
        server.removeProcessGroup("p")
        server.addProcessGroup("p")
        assert server.getProcessInfo("p")["description"] == "Not started"


def test_many_rounds_of_adding_and_removing_leave_nothing():
    with supd.Daemon(programs=cat("p"), loglevel="info") as daemon:
        server = daemon.rpc.supervisor
        counts = []
        for _ in range(50):
            server.reloadConfig()
            server.stopProcess("p")
            server.removeProcessGroup("p")
            server.addProcessGroup("p")
            daemon.wait_state("p", "RUNNING")
            counts.append(len(os.listdir("/proc/%d/fd" % daemon.pid)))
        assert max(counts) <= counts[0] + 1


def test_auto_logs_are_made_and_cleaned():
    with supd.Daemon(programs=cat("p", autostart="false")) as daemon:
        info = daemon.rpc.supervisor.getProcessInfo("p")
        path = info["stdout_logfile"]
        name = os.path.basename(path)
        assert os.path.dirname(path) == daemon.dir
        assert name.startswith("p-stdout---supervisor-")
        assert name.endswith(".log") and len(name) == len(
            "p-stdout---supervisor-12345678.log")
        assert os.stat(path).st_mode & 0o777 == 0o600
        with open(path + ".1", "w", encoding="ascii"):
            pass
        daemon.stop()
        assert os.path.exists(path)
        daemon.start()
        assert not os.path.exists(path)
        assert not os.path.exists(path + ".1")


def test_nocleanup_keeps_them():
    with supd.Daemon(programs=cat("p"), supervisord="nocleanup=true"
                     ) as daemon:
        path = daemon.rpc.supervisor.getProcessInfo("p")["stdout_logfile"]
        daemon.stop()
        daemon.start()
        assert os.path.exists(path)


FCGI = """\
[fcgi-program:f]
command=/bin/sh -c 'readlink /proc/self/fd/0 >{dir}/zero; exec sleep 1000'
socket=unix://{dir}/f.sock
socket_mode=0640
startsecs=0
numprocs=2
process_name=f_%(process_num)s
autostart=false
"""


def test_members_of_an_fcgi_program_share_a_socket():
    with supd.Daemon(programs=FCGI) as daemon:
        server = daemon.rpc.supervisor
        log = life.Log(daemon)
        url = "unix://" + daemon.path("f.sock")
        assert log.lines("INFO").count("Creating socket " + url) == 1
        assert log.lines("INFO").count("Closing socket " + url) == 1
        server.startProcessGroup("f")
        assert os.stat(daemon.path("f.sock")).st_mode & 0o777 == 0o640
        supd.wait_until(lambda: os.path.exists(daemon.path("zero")) and
                        daemon.file("zero").endswith("\n"), "fd 0")
        assert daemon.file("zero").startswith("socket:")
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(daemon.path("f.sock"))
        assert fault(server.sendProcessStdin, "f:f_0", "x") == 20
        server.stopProcess("f:f_0")
        assert log.count("Closing socket") == 1
        server.stopProcess("f:f_1")
        assert log.count("Closing socket") == 2
        daemon.stop()
        assert not os.path.exists(daemon.path("f.sock"))


def test_a_socket_that_cannot_be_made_at_a_start_is_a_spawn_error():
    port = supd.free_port()
    programs = ("[fcgi-program:f]\ncommand=/bin/sleep 60\nautostart=false\n"
                "socket=tcp://127.0.0.1:%d\nstartretries=0\n" % port)
    with supd.Daemon(programs=programs) as daemon:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", port))
            taken.listen()
            assert fault(daemon.rpc.supervisor.startProcess, "f") == 50
            info = daemon.wait_state("f", "FATAL")
            assert info["spawnerr"].startswith(
                "Could not create FastCGI socket tcp://127.0.0.1:%d: "
                % port)
        assert daemon.rpc.supervisor.startProcess("f") is True


def test_what_is_no_socket_is_not_removed(tmp_path):
    path = tmp_path / "precious"
    path.write_text("data")
    programs = ("[fcgi-program:f]\ncommand=/bin/cat\nsocket=unix://%s\n"
                % path)
    daemon = supd.Daemon(programs=programs, wait=False)
    with daemon:
        assert daemon.process.wait(20) == 2
    assert path.read_text() == "data"
