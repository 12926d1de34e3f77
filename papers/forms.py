"""forms: what people may send us."""
