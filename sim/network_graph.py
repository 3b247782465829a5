"""The network as a graph, for imitation along its ties and for drawings."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import networkx as nx

from sim.network import REGIONAL_CLINIC, Network
from sim.peers import neighbours


def draw_graph(network: Network) -> nx.Graph[str]:
    """Nodes and ties of a network, as :attr:`sim.network.Network.graph` describes them."""
    graph: nx.Graph[str] = nx.Graph()
    region, hospital = f"region/{network.region}", f"hospital/{network.hospital}"
    homes = [f"municipality/{municipality.name}" for municipality in network.municipalities]
    centre = network.municipalities[0]
    graph.add_node("state", kind="state", owner="state", x=centre.x, y=centre.y)
    graph.add_node(region, kind="region", owner="state", x=centre.x, y=centre.y)
    graph.add_node(hospital, kind="hospital", owner=region, x=centre.x, y=centre.y)
    graph.add_edge(region, hospital, kind="owner", weight=1.0)
    for home, municipality in zip(homes, network.municipalities, strict=True):
        graph.add_node(home, kind="municipality", owner="state", x=municipality.x, y=municipality.y)
        weight = municipality.population_65_plus * municipality.catchment_share_acute
        graph.add_edge(home, hospital, kind="catchment", weight=weight)
    wards = [f"ward/{ward.name}" for ward in network.wards]
    for ward in wards:
        graph.add_node(ward, kind="ward", owner=region, x=centre.x, y=centre.y)
        graph.add_edge(hospital, ward, kind="owner", weight=1.0)
    graph.add_edges_from(combinations(wards, 2), kind="peer", weight=1.0)
    units = [f"home-care/{unit.name}" for unit in network.units]
    for node, unit in zip(units, network.units, strict=True):
        graph.add_node(node, kind="home-care", owner=homes[unit.municipality], x=unit.x, y=unit.y)
        graph.add_edge(homes[unit.municipality], node, kind="owner", weight=1.0)
    graph.add_edges_from(((units[a], units[b]) for a, b in neighbours(network)), kind="neighbour", weight=1.0)
    _draw_practices(graph, network, units, region)
    return graph


def _draw_practices(graph: nx.Graph[str], network: Network, units: Sequence[str], region: str) -> None:
    clusters: dict[int, list[str]] = {}
    for index, practice in enumerate(network.practices):
        node = f"gp/{practice.name}"
        salaried = practice.employment == REGIONAL_CLINIC
        graph.add_node(node, kind="gp", owner=region if salaried else node, x=practice.x, y=practice.y)
        if salaried:
            graph.add_edge(region, node, kind="owner", weight=1.0)
        clusters.setdefault(practice.cluster, []).append(node)
        people = network.municipalities[practice.municipality].population_65_plus * network.practice_share[index]
        for unit, share in zip(units, network.practice_unit_share[index], strict=True):
            if share > 0:
                graph.add_edge(node, unit, kind="list", weight=float(people * share))
    for members in clusters.values():
        graph.add_edges_from(combinations(members, 2), kind="peer", weight=1.0)
