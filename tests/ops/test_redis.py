from pathlib import Path

from redis import Redis

from avatarlab.quickstart.redis import EmbeddedRedis


def test_jobs_that_wait_survive_a_restart(tmp_path: Path):
    server = EmbeddedRedis(socket=tmp_path / "redis.sock", directory=tmp_path / "data")
    process = server.start()
    with Redis(unix_socket_path=str(server.socket)) as connection:
        connection.rpush("queue", "a job")
    process.terminate()
    process.wait(10)
    process = server.start()
    with Redis(unix_socket_path=str(server.socket)) as connection:
        assert connection.lrange("queue", 0, -1) == [b"a job"]
    process.terminate()
    process.wait(10)


def test_a_server_left_by_an_earlier_start_is_stopped(tmp_path: Path):
    server = EmbeddedRedis(socket=tmp_path / "redis.sock", directory=tmp_path / "data")
    leftover = server.start()
    server.stop_leftover()
    assert leftover.wait(10) == 0
    assert not server.answers()
