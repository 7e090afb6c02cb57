"""The filters' own motion models: a boost profile and ballistic flight. The simulator shares none of them."""
