{ }: { name = "foo"; }
