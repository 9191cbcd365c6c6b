let lib = builtins; in { a = map (x: x + 1) [ 1 2 3 ]; b = rec { c = "x${d}"; d = "y"; }; e = if 1 < 2 then { inherit (b) c; } else throw "no"; f = builtins.currentTime; }
