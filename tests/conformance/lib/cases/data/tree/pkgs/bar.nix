{ }: { name = "bar"; }
