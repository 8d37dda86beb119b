def figures(files): return {}
