{ lib }:
let
  fails = value: !(builtins.tryEval (builtins.deepSeq value value)).success;
  tree = ./data/tree;
  root = toString ./data;
  # Paths as text below the data folder.
  short = path: lib.removePrefix root (toString path);
  shorts = map short;
  fs = lib.fileset;
  list = set: shorts (fs.toList set);
  keeps = source: map (row: [ (builtins.elemAt row 0) (source.filter (toString tree + builtins.elemAt row 0) (builtins.elemAt row 1)) ]) [ [ "/a.nix" "regular" ] [ "/b.txt" "regular" ] [ "/sub" "directory" ] [ "/sub/c.nix" "regular" ] [ "/sub/lib.so" "regular" ] [ "/sub/deep" "directory" ] [ "/sub/deep/e.txt" "regular" ] [ "/pkgs" "directory" ] [ "/emptyish" "directory" ] ];
  source = set: keeps (fs.toSource { root = tree; fileset = set; });
in
{
  pathType = map (p: lib.pathType (tree + p)) [ "/a.nix" "/sub" "/sub/link" ];
  pathIs = map (p: [ (lib.pathIsDirectory (tree + p)) (lib.pathIsRegularFile (tree + p)) ]) [ "/a.nix" "/sub" "/sub/link" "/none" ];
  listFilesRecursive = shorts (lib.filesystem.listFilesRecursive tree);
  locateDominatingFile = let found = lib.filesystem.locateDominatingFile "(b)\\.txt" (tree + "/sub/deep/e.txt"); in [ (short found.path) found.matches (lib.filesystem.locateDominatingFile "no-such-file-anywhere" tree) ];
  resolveDefaultNix = [ (short (lib.filesystem.resolveDefaultNix tree)) (short (lib.filesystem.resolveDefaultNix (tree + "/a.nix"))) (lib.filesystem.resolveDefaultNix "/nowhere/x/") ];
  haskellPathsInDir = lib.filesystem.haskellPathsInDir tree;
  packages-names = builtins.mapAttrs (n: v: if v ? name then v.name else builtins.attrNames v) (lib.packagesFromDirectoryRecursive { callPackage = path: args: { name = short path; }; directory = ./data/tree/pkgs; });
  packages-scope =
    let
      scope = lib.packagesFromDirectoryRecursive { callPackage = lib.callPackageWith { }; newScope = extra: lib.callPackageWith extra; directory = ./data/tree/pkgs; };
    in
    [ (builtins.attrNames scope) scope.group.inner.name scope.recurseForDerivations ];
  packages-single = (lib.packagesFromDirectoryRecursive { callPackage = path: args: { name = short path; }; directory = ./data/tree/pkgs/foo; }).name;
  readDir = lib.readDir tree;
  fileContents = lib.fileContents ./data/line.txt;

  cleanSourceFilter = map (row: lib.cleanSourceFilter (builtins.elemAt row 0) (builtins.elemAt row 1)) [ [ "/x/.git" "directory" ] [ "/x/.git" "regular" ] [ "/x/.svn" "directory" ] [ "/x/.svn" "regular" ] [ "/x/a~" "regular" ] [ "/x/.a.swp" "regular" ] [ "/x/.swp" "regular" ] [ "/x/a.swp" "regular" ] [ "/x/a.o" "regular" ] [ "/x/a.so" "regular" ] [ "/x/result" "symlink" ] [ "/x/result-2" "symlink" ] [ "/x/result" "regular" ] [ "/x/s" "unknown" ] [ "/x/a.c" "regular" ] [ "/x/CVS" "directory" ] ];
  cleanSource = keeps (lib.cleanSource tree);
  cleanSourceWith = let s = lib.cleanSourceWith { src = lib.cleanSource tree; filter = path: type: type == "directory" || lib.hasSuffix ".nix" path; name = "n"; }; in [ (keeps s) s.name (short s.origSrc) s._isLibCleanSourceWith (builtins.attrNames s) ];
  sourceByRegex = keeps (lib.sourceByRegex tree [ "a.*" "sub" "sub/.*\\.nix" ]);
  sourceFilesBySuffices = keeps (lib.sourceFilesBySuffices tree [ ".nix" ".txt" ]);
  sourceByGlobs = [ (keeps (lib.sources.sourceByGlobs tree [ "*.nix" "sub/**" ])) (keeps (lib.sources.sourceByGlobs tree [ "**/*.nix" ])) (keeps (lib.sources.sourceByGlobs tree [ "sub/deep/e.txt" ])) (keeps (lib.sources.sourceByGlobs tree [ "**" ])) (keeps (lib.sources.sourceByGlobs tree [ "s*b/*.so" ])) ];
  canCleanSource = [ (lib.canCleanSource tree) (lib.canCleanSource (lib.cleanSource tree)) (lib.canCleanSource "/x") (lib.pathHasContext "x") ];
  git = [ (lib.pathIsGitRepo tree) (fails (lib.commitIdFromGitRepo tree)) (lib.commitIdFromGitRepo ./data/git) (lib.pathIsGitRepo ./data/git) (lib.commitIdFromGitRepo ./data/packed) (lib.commitIdFromGitRepo ./data/detached) (fails (lib.commitIdFromGitRepo ./data/lost)) ];
  revs = [ (lib.revOrTag "r" null) (lib.revOrTag "r" "t") (lib.revOrTag null null) ];
  urlToName = map lib.sources.urlToName [ "https://github.com/a/foo.git" "git@github.com:a/foo" "https://x/foo-1.0.tar.gz" "/a/b/foo.git/" "foo" ];
  shortRev = map lib.sources.shortRev [ "0123456789abcdef" "v1.2.3" "refs/tags/release-2.0" "master" "foo_1.x" ];
  repoRevToName = [ (lib.repoRevToName "source" "https://x/foo.git" "abc" "s") (lib.repoRevToName "versioned" "https://x/foo.git" "0123456789" "s") (lib.repoRevToName "full" "https://x/foo.git" "v1.2" "s") (lib.repoRevToName "full" "foo" null null) (fails (lib.repoRevToName "odd")) ];

  fileset-toList = [ (list tree) (list (tree + "/a.nix")) (list fs.empty) (list (fs.union (tree + "/a.nix") (tree + "/sub/deep"))) ];
  fileset-unions = [ (list (fs.unions [ (tree + "/sub") (tree + "/sub/c.nix") (tree + "/b.txt") ])) (list (fs.unions [ ])) (list (fs.unions [ fs.empty (tree + "/a.nix") ])) ];
  fileset-intersection = [ (list (fs.intersection tree (tree + "/sub"))) (list (fs.intersection (tree + "/a.nix") (tree + "/sub"))) (list (fs.intersection (fs.fileFilter (f: f.hasExt "nix") tree) (fs.unions [ (tree + "/sub") (tree + "/a.nix") ]))) (list (fs.intersection fs.empty tree)) ];
  fileset-difference = [ (list (fs.difference tree (tree + "/pkgs"))) (list (fs.difference tree tree)) (list (fs.difference (tree + "/sub") (fs.fileFilter (f: f.type == "symlink") tree))) (list (fs.difference tree fs.empty)) (list (fs.difference fs.empty tree)) (list (fs.difference (tree + "/sub") (tree + "/a.nix"))) ];
  fileset-fileFilter = [ (list (fs.fileFilter (f: f.name == "c.nix") tree)) (list (fs.fileFilter (f: false) tree)) (list (fs.fileFilter (f: f.hasExt "txt") (tree + "/b.txt"))) ];
  fileset-fromSource = [ (list (fs.fromSource (lib.sourceFilesBySuffices tree [ ".txt" ]))) (list (fs.fromSource tree)) (list (fs.fromSource (lib.cleanSourceWith { src = tree; filter = p: t: baseNameOf p != "sub"; }))) ];
  fileset-maybeMissing = [ (list (fs.maybeMissing (tree + "/none"))) (list (fs.maybeMissing (tree + "/a.nix"))) (fails (fs.maybeMissing "x")) ];
  fileset-isFileset = map fs.isFileset [ tree fs.empty (fs.union tree tree) "x" 1 { } (tree + "/none") ];
  fileset-errors = map fails [ (list "x") (list 1) (list (tree + "/none")) (fs.unions 1) (fs.toSource { root = "x"; fileset = tree; }) (fs.toSource { root = tree + "/a.nix"; fileset = tree; }) (fs.toSource { root = tree + "/sub"; fileset = tree + "/a.nix"; }).filter (fs.toSource { root = tree + "/sub"; fileset = tree; }).filter (fs.toSource { root = tree + "/none"; fileset = tree; }) (fs.fileFilter 1 tree) (fs.fromSource "x") ];
  fileset-filter = [ (source tree) (source (tree + "/sub/deep")) (source (fs.unions [ (tree + "/a.nix") (tree + "/sub/c.nix") ])) (source fs.empty) (source (fs.difference tree (tree + "/sub/deep/e.txt"))) ];
  fileset-source = let s = fs.toSource { root = tree; fileset = tree + "/sub"; }; in [ s.name (short s.origSrc) ];
}
