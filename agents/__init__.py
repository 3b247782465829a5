"""Who decides: patients, practices, home-care units, wards, municipalities, region and state."""
