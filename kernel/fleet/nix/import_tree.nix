# import-tree: a directory as one module that imports every Nix file below it; components that start with `_` are left out.
{ lib, kernel, ... }:
let
  empty = {
    filters = [ ];
    transform = x: x;
    paths = [ ];
    initial = null;
    result = null;
  };

  make =
    state:
    let
      relativeTo = root: path: lib.removePrefix (toString root) (toString path);

      filesOf =
        root:
        if builtins.isPath root || builtins.isString root then
          let
            accepted = path: lib.all (keep: keep (relativeTo root path)) state.filters;
            found =
              if state.initial == null then
                kernel.nixFiles root
              else
                lib.filter (path: state.initial (relativeTo root path)) (kernel.allFiles root);
          in
          map state.transform (lib.filter accepted found)
        else if builtins.isList root then
          lib.concatMap filesOf root
        else if builtins.isAttrs root && root ? outPath then
          filesOf root.outPath
        else
          [ root ];

      leaves = root: filesOf (state.paths ++ lib.toList root);
      keep = more: make (state // { filters = state.filters ++ [ more ]; });
    in
    {
      __functor =
        _: root: if state.result != null then state.result (leaves root) else { imports = leaves root; };
      filter = keep;
      filterNot = drop: keep (path: !drop path);
      match = regex: keep (path: builtins.match regex path != null);
      matchNot = regex: keep (path: builtins.match regex path == null);
      map = f: make (state // { transform = x: f (state.transform x); });
      addPath = path: make (state // { paths = state.paths ++ [ path ]; });
      withLib = _: make state;
      initFilter = f: make (state // { initial = f; });
      pipeTo = f: make (state // { result = f; });
      leafs = leaves;
      inherit leaves;
      files = leaves [ ];
      result = {
        imports = leaves [ ];
      };
      new = make empty;
    };
in
make empty
