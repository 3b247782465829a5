"""How a provider's level answers a felt incentive: pure functions on arrays."""
