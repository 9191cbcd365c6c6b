{ bar }: { name = "in-group-${bar.name}"; }
