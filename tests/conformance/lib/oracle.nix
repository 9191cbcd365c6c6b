# nixpkgs' lib at the given path, with the builtins an old Nix lacks filled in as far as the language allows.
{ libPath }:
let
  fileType =
    path:
    let
      entry = (builtins.readDir (dirOf path)).${baseNameOf path};
    in
    if toString path == "/" then "directory" else entry;
  scope = {
    import = builtins.scopedImport scope;
    builtins = {
      readFileType = fileType;
      addDrvOutputDependencies = text: text;
      warn = text: value: builtins.trace "evaluation warning: ${text}" value;
      convertHash = _: throw "convertHash needs a newer Nix";
      parseFlakeRef = _: throw "parseFlakeRef needs a newer Nix";
      flakeRefToString = _: throw "flakeRefToString needs a newer Nix";
    }
    // builtins
    // { import = builtins.scopedImport scope; };
  };
in
builtins.scopedImport scope (libPath + "/default.nix")
