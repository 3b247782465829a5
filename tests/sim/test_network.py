"""Organisations: as many, as large and as near to each other as the figures say."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.network import OWNER, REGIONAL_CLINIC, WARDS, Network, build_network
from sim.parameters import Parameters
from sim.peers import peers_of
from sim.reading import InputError

ALL = ("Randers", "Norddjurs", "Syddjurs", "Favrskov")


def network_of(
    municipalities: tuple[str, ...] = ALL, scale: float = 1.0, change: dict[str, Any] | None = None
) -> Network:
    parameters = Parameters.load().replace(change or {})
    population = SimpleNamespace(municipalities=municipalities, scale=scale)
    scenario: Any = SimpleNamespace(parameters=parameters, population=population, first_day=0, last_day=1)
    return build_network(scenario)


@pytest.fixture(scope="module")
def network() -> Network:
    return network_of()


def test_practices_are_as_many_as_doctors_over_the_mean_size(network: Network) -> None:
    counted = np.bincount(network.practice_municipality)
    assert counted.tolist() == [round(gps / 1.77) for gps in (61, 23, 26, 30)]
    assert len({practice.name for practice in network.practices}) == len(network.practices)


def test_doctors_of_each_municipality_sum_to_the_figure(network: Network) -> None:
    doctors = np.bincount(network.practice_municipality, network.practice_gps)
    assert doctors == pytest.approx([61, 23, 26, 30])
    assert network.practice_gps.min() > 0.4
    assert network.practice_gps.max() < 6


def test_practices_have_numbered_names_and_real_towns(network: Network) -> None:
    assert network.practices[0].name == "Randers 01"
    towns = {name: {p.town for p in network.practices if p.name.startswith(name)} for name in ALL}
    assert towns["Randers"] == {"Randers", "Langå", "Spentrup", "Assentoft"}
    assert towns["Norddjurs"] == {"Grenaa", "Auning", "Allingåbro"}
    assert towns["Syddjurs"] == {"Ebeltoft", "Rønde", "Hornslet", "Ryomgård"}
    assert towns["Favrskov"] == {"Hadsten", "Hinnerup", "Hammel", "Ulstrup"}


def test_home_care_districts_share_doctors_about_evenly(network: Network) -> None:
    assert [unit.name for unit in network.units[:4]] == ["Randers 1", "Randers 2", "Randers 3", "Randers 4"]
    assert np.bincount([unit.municipality for unit in network.units]).tolist() == [4, 2, 2, 2]
    doctors = np.bincount([practice.unit for practice in network.practices], network.practice_gps)
    even = np.array([(61, 23, 26, 30)[u.municipality] / (4, 2, 2, 2)[u.municipality] for u in network.units])
    assert np.all(np.abs(doctors - even) <= network.practice_gps.max())


def test_quality_clusters_have_about_eight_practices_of_one_municipality(network: Network) -> None:
    members: dict[int, list[int]] = {}
    for practice in network.practices:
        members.setdefault(practice.cluster, []).append(practice.municipality)
    assert sorted(members) == list(range(len(members)))
    assert all(len(set(own)) == 1 and 6 <= len(own) <= 12 for own in members.values())


def test_where_patients_live_sums_to_one_and_keeps_districts(network: Network) -> None:
    share = network.practice_unit_share
    assert share.sum(axis=1) == pytest.approx(np.ones(len(network.practices)))
    units = np.array([unit.municipality for unit in network.units])
    assert not share[network.practice_municipality[:, None] != units].any()
    own = np.eye(len(units))[[practice.unit for practice in network.practices]]
    assert network.practice_share @ share == pytest.approx(network.practice_share @ own)


def test_places_follow_from_shares_and_people(network: Network) -> None:
    randers = network.municipalities[0]
    assert randers.temporary_places == round(3.2 * 19.3)
    assert randers.population_65_plus == 19_300


def test_wards_come_in_the_stated_order_with_their_beds(network: Network) -> None:
    parameters = Parameters.load()
    assert [ward.name for ward in network.wards] == [name for name, _ in WARDS]
    assert [ward.beds for ward in network.wards] == [round(parameters[f"wards.{w}.beds"]) for w, _ in WARDS]  # type: ignore[arg-type]


def test_without_a_municipality_the_others_keep_their_practices(network: Network) -> None:
    fewer = network_of(("Favrskov", "Randers"))

    def known(one: Network) -> dict[str, tuple[float, str, str, str]]:
        return {p.name: (p.gps, p.town, p.employment, one.units[p.unit].name) for p in one.practices}

    assert known(fewer).items() <= known(network).items()
    assert len(fewer.practices) == 34 + 17


def test_repeated_catchments_multiply_capacity_and_not_organisations(network: Network) -> None:
    denmark, sample = network_of(scale=25.5), network_of(scale=0.02)
    assert denmark.copies == 25.5
    assert sample.copies == 1
    assert denmark.practices == network.practices == sample.practices


def test_a_regional_clinic_is_owned_by_the_region(network: Network) -> None:
    clinics = network_of(change={"municipalities.Norddjurs.regional_clinics": 2.0})
    salaried = [practice for practice in clinics.practices if practice.employment == REGIONAL_CLINIC]
    assert [practice.municipality for practice in salaried] == [1, 1]
    assert all(practice.employment == OWNER for practice in network.practices)
    node = f"gp/{salaried[0].name}"
    assert clinics.graph.nodes[node]["owner"] == "region/Region Midtjylland"
    assert clinics.graph.edges["region/Region Midtjylland", node]["kind"] == "owner"


def test_the_graph_has_every_organisation_with_its_kind_owner_and_place(network: Network) -> None:
    graph = network.graph
    kinds = [data["kind"] for _, data in graph.nodes(data=True)]
    counted = {kind: kinds.count(kind) for kind in set(kinds)}
    assert counted == {
        "state": 1, "region": 1, "hospital": 1, "municipality": 4,
        "ward": 6, "home-care": 10, "gp": len(network.practices),
    }  # fmt: skip
    for _, data in graph.nodes(data=True):
        assert data["owner"] in graph
        assert 9.5 < data["x"] < 11.2
        assert 56 < data["y"] < 56.8


def test_ties_are_owners_peers_neighbours_lists_and_catchments(network: Network) -> None:
    graph = network.graph
    kinds = {data["kind"] for _, _, data in graph.edges(data=True)}
    assert kinds == {"owner", "peer", "neighbour", "list", "catchment"}
    listed = sum(data["weight"] for _, _, data in graph.edges(data=True) if data["kind"] == "list")
    assert listed == pytest.approx(sum(place.population_65_plus for place in network.municipalities))
    assert graph.edges["home-care/Randers 1", "home-care/Randers 2"]["kind"] == "neighbour"
    weight = graph.edges["municipality/Favrskov", "hospital/Regionshospitalet Randers"]["weight"]
    assert weight == pytest.approx(8200 * 0.55)


def test_peers_are_practices_of_one_cluster(network: Network) -> None:
    cluster = {f"gp/{practice.name}": practice.cluster for practice in network.practices}
    peers = [(a, b) for a, b, d in network.graph.edges(data=True) if d["kind"] == "peer" and a in cluster]
    assert all(cluster[one] == cluster[other] for one, other in peers)
    sizes = np.bincount(list(cluster.values()))
    assert len(peers) == np.sum(sizes * (sizes - 1) // 2)


def test_practices_look_at_their_cluster_units_at_bordering_districts_and_wards_at_all_others(network: Network) -> None:
    cluster = np.array([practice.cluster for practice in network.practices])
    looked_at = peers_of("gp", network)
    assert (cluster[np.nonzero(looked_at)[0]] == cluster[np.nonzero(looked_at)[1]]).all()
    names = [unit.name for unit in network.units]
    pairs = {frozenset((names[one], names[other])) for one, other in np.argwhere(peers_of("home_care", network) > 0)}
    edges = [edge[:2] for edge in network.graph.edges(data="kind") if edge[2] == "neighbour"]
    assert pairs == {frozenset(node.removeprefix("home-care/") for node in edge) for edge in edges}
    wards = len(network.wards)
    np.testing.assert_allclose(peers_of("ward", network), (1 - np.eye(wards)) / (wards - 1))


@pytest.mark.parametrize("kind", ["gp", "home_care", "ward"])
def test_weights_of_peers_add_up_to_one_and_nobody_is_its_own_peer(network: Network, kind: str) -> None:
    looked_at = peers_of(kind, network)
    assert (np.diag(looked_at) == 0).all()
    total = looked_at.sum(axis=1)
    np.testing.assert_allclose(total[total > 0], 1.0)
    assert (total > 0).any()


def test_an_unknown_municipality_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(InputError, match='Did you mean "Favrskov"'):
        network_of(("Randers", "Faurskov"))


def test_more_districts_than_practices_are_refused() -> None:
    with pytest.raises(InputError, match="home_care_districts"):
        network_of(change={"municipalities.Norddjurs.home_care_districts": 14.0})
