import os
import signal

import redis

from backoffice.embedded import valkey


def test_a_message_that_was_acknowledged_survives_sigkill(tmp_path):
    server = valkey.Valkey(tmp_path / "valkey", log=tmp_path / "valkey.log")
    server.start()
    client = redis.Redis(unix_socket_path=str(server.socket))
    for number in range(100):
        client.lpush("queue", number)
    os.killpg(server.process.pid, signal.SIGKILL)
    server.process.wait()
    again = valkey.Valkey(tmp_path / "valkey", log=tmp_path / "valkey.log")
    again.start()
    try:
        assert redis.Redis(unix_socket_path=str(again.socket)).llen("queue") == 100
    finally:
        again.stop()


def test_only_this_user_reaches_the_queue_and_no_port_is_open(tmp_path):
    server = valkey.Valkey(tmp_path / "valkey", log=tmp_path / "valkey.log")
    server.start()
    try:
        client = redis.Redis(unix_socket_path=str(server.socket))
        assert client.config_get("port") == {"port": "0"}
        assert server.socket.stat().st_mode & 0o077 == 0
    finally:
        server.stop()


def test_a_very_long_path_gets_a_short_socket(tmp_path):
    folder = tmp_path / ("d" * 60) / ("e" * 60)
    server = valkey.Valkey(folder, log=tmp_path / "valkey.log")
    server.start()
    try:
        assert len(str(server.socket)) < 100
    finally:
        server.stop()
