"""chaos: kill parts of the whole product while it works, and check that it keeps its promises anyway."""
