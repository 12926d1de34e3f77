from papers.intake.lanes import Lanes


def test_there_are_so_many_lanes_and_each_is_given_back():
    lanes = Lanes(2)
    for _ in range(3):
        with lanes.lane() as first, lanes.lane() as second, lanes.lane() as third:
            assert (first, second, third) == (True, True, False)


def test_one_at_a_time_is_at_a_host():
    lanes = Lanes(2)
    for _ in range(2):
        with lanes.host("a") as first, lanes.host("a") as second, lanes.host("b") as other:
            assert (first, second, other) == (True, False, True)


def test_a_lane_and_a_host_are_free_again_after_an_error():
    lanes = Lanes(1)
    for _ in range(2):
        try:
            with lanes.lane() as lane, lanes.host("a") as host:
                assert lane
                assert host
                raise RuntimeError
        except RuntimeError:
            pass
