# lib.filesystem: reading directories during evaluation.
lib:
let
  inherit (builtins) attrNames baseNameOf concatMap dirOf filter isString listToAttrs map match pathExists readDir readFileType;
  inherit (lib) hasSuffix;

  isDirectory = path: pathExists path && readFileType path == "directory";

  listFilesRecursive =
    directory:
    let
      entries = readDir directory;
      below = name: let path = directory + "/${name}"; in if entries.${name} == "directory" then listFilesRecursive path else [ path ];
    in
    concatMap below (attrNames entries);

  # One package a directory with a package.nix or a Nix file, by its name.
  packagesFromDirectoryRecursive =
    { callPackage, newScope ? null, directory }@args:
    let
      own = directory + "/package.nix";
      entry =
        args: name: type:
        let
          path = directory + "/${name}";
        in
        if type == "directory" then { ${name} = packagesFromDirectoryRecursive (args // { directory = path; }); }
        else if type != "regular" then
          throw "lib.filesystem.packagesFromDirectoryRecursive: ${toString path} is neither a file nor a directory but of type ${type}"
        else if hasSuffix ".nix" name then { ${lib.removeSuffix ".nix" name} = args.callPackage path { }; }
        else { };
      members = args: lib.concatMapAttrs (entry args) (readDir directory);
      scope = self: members (args // { inherit (self) callPackage newScope; });
    in
    if pathExists own then callPackage own { }
    else if args ? newScope then lib.recurseIntoAttrs (lib.makeScope newScope scope)
    else members args;

  # The nearest directory at or above `start` with a file name that `pattern` matches.
  locateDominatingFile =
    pattern: start:
    let
      climb =
        path:
        let
          matches = filter (found: found != null) (map (match pattern) (attrNames (readDir path)));
        in
        if matches != [ ] then { inherit path matches; }
        else if toString path == "/" then null
        else climb (dirOf path);
      parent = dirOf start;
      startIsDirectory = toString start == "/" || (readDir parent).${baseNameOf start} or null == "directory";
    in
    climb (if startIsDirectory then start else parent);
in
{
  inherit listFilesRecursive packagesFromDirectoryRecursive locateDominatingFile;
  pathType = readFileType;
  pathIsDirectory = isDirectory;
  pathIsRegularFile = path: pathExists path && readFileType path == "regular";
  haskellPathsInDir =
    root:
    let
      isPackage = name: pathExists (root + "/${name}/${name}.cabal");
    in
    listToAttrs (map (name: { inherit name; value = root + "/${name}"; }) (filter isPackage (attrNames (readDir root))));
  resolveDefaultNix =
    path:
    if isDirectory path then path + "/default.nix"
    else if isString path && hasSuffix "/" path then path + "default.nix"
    else path;
}
