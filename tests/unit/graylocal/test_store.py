"""The store from several locations: late, incomplete, and unchanged while a function runs."""

from graylocal.cloudfront.functions.store import Locations, Simulation, Store, View


def test_locations_lag_and_miss_keys_for_a_while() -> None:
    now = [100.0]
    late = Simulation(lag=10)
    patchy = Simulation(missing=frozenset({"config"}), missing_for=5)
    store = Store(Locations({"FRA": late, "NRT": patchy}), clock=lambda: now[0])
    store.advance("1", {"config": "old"})
    assert store.seen_from("FRA") == {"config": "old"}
    store.advance("2", {"config": "new", "fence": "2"})
    assert store.seen_from("local") == {"config": "new", "fence": "2"}
    assert store.seen_from("FRA") == {"config": "old"}
    assert store.seen_from("NRT") == {"fence": "2"}
    now[0] += 11
    assert store.seen_from("FRA") == {"config": "new", "fence": "2"}
    assert store.seen_from("NRT") == {"config": "new", "fence": "2"}


def test_a_function_sees_one_generation_for_the_length_of_its_run() -> None:
    store = Store(Locations())
    view = View(store, "local")
    store.advance("1", {"a": "1"})
    view.pin()
    store.advance("2", {"a": "2"})
    assert view["a"] == "1"
    view.pin()
    assert view["a"] == "2"
