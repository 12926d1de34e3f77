from papers.intake.lanes import Lanes


def test_lanes_are_limited_and_released():
    lanes = Lanes(2)
    for _ in range(3):
        with lanes.lane() as first, lanes.lane() as second, lanes.lane() as third:
            assert (first, second, third) == (True, True, False)


def test_one_thread_at_a_time_is_at_a_host():
    lanes = Lanes(2)
    for _ in range(2):
        with lanes.host("a") as first, lanes.host("a") as second, lanes.host("b") as other:
            assert (first, second, other) == (True, False, True)


def test_lane_and_host_are_released_after_an_error():
    lanes = Lanes(1)
    for _ in range(2):
        try:
            with lanes.lane() as lane, lanes.host("a") as host:
                assert lane
                assert host
                raise RuntimeError
        except RuntimeError:
            pass
