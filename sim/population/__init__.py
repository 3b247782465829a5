"""Who lives in the catchment, who arrives and who leaves."""
