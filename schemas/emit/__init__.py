"""One declaration, many forms: types for each engine, expectations, and the dictionary people read."""
