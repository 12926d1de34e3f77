"""sources.catalogues: the dialects of OpenAlex, Semantic Scholar and Crossref: bytes to facts."""
