x: { value = x; }
