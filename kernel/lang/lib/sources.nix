# lib.sources: source directories without the files a build does not need.
lib:
let
  inherit (builtins)
    any baseNameOf elem elemAt filter filterSource hasContext head isString length map match readFile
    split substring toString;
  inherit (lib) escapeRegex fileContents hasPrefix hasSuffix removePrefix removeSuffix;

  isSource = value: value ? _isLibCleanSourceWith;
  # A source is an original, what of it is kept, and the name of the result.
  attributesOf =
    source: if isSource source then { inherit (source) origSrc filter name; } else { origSrc = source; filter = _: _: true; name = "source"; };
  sourceOf =
    { origSrc, filter, name }@attributes:
    attributes
    // {
      _isLibCleanSourceWith = true;
      outPath = builtins.path { inherit filter name; path = origSrc; };
    };

  cleanSourceWith =
    { src, filter ? _: _: true, name ? null }:
    let
      old = attributesOf src;
    in
    sourceOf {
      inherit (old) origSrc;
      filter = path: type: filter path type && old.filter path type;
      name = if name == null then old.name else name;
    };

  # Version control, editors' files, compiled objects, links to build results.
  controlDirs = [ ".svn" "CVS" ".hg" ".jj" ".pijul" "_darcs" ];
  cleanSourceFilter =
    path: type:
    let
      name = baseNameOf path;
      isEditors = hasSuffix "~" name || match "(\\..*)?\\.sw[a-z]" name != null;
    in
    !(
      name == ".git"
      || (type == "directory" && elem name controlDirs)
      || isEditors
      || hasSuffix ".o" name
      || hasSuffix ".so" name
      || (type == "symlink" && hasPrefix "result" name)
      || type == "unknown"
    );

  # What HEAD of a repository points at: { value } or { error }.
  commitOf =
    let
      isFile = path: lib.filesystem.pathIsRegularFile path;
      absolute = base: path: if hasPrefix "/" path then path else if hasPrefix "/" base then "${base}/${path}" else "/${base}/${path}";
      # A worktree's .git is a file that names the real directory, which shares its references with others.
      viaLink =
        ref: path:
        let
          target = match "gitdir: (.*)" (fileContents path);
          own = absolute (dirOf path) (head target);
          sharedFile = "${own}/commondir";
          shared = absolute own (removeSuffix "/" (if isFile sharedFile then fileContents sharedFile else own));
        in
        if target == null then { error = "The file names no git directory: " + path; }
        else find (removePrefix "${shared}/" "${own}/${ref}") shared;
      inFile =
        ref: path:
        let
          text = fileContents (path + "/${ref}");
          next = match "ref: (.*)" text;
        in
        if next == null then { value = text; } else find (head next) path;
      inPacked =
        ref: path:
        let
          file = path + "/packed-refs";
          commit = line: match "([a-z0-9]+) ${ref}" line;
          found = filter (line: isString line && commit line != null) (split "\n" (readFile file));
        in
        if found == [ ] then { error = "There is no ${ref} in " + file; } else { value = head (commit (head found)); };
      find =
        ref: path:
        if isFile path then viaLink ref path
        else if isFile (path + "/${ref}") then inFile ref path
        else if isFile (path + "/packed-refs") then inPacked ref path
        else { error = "Not a .git directory: " + toString path; };
    in
    find "HEAD";

  # A name for the source behind an address: its last part without endings of archives.
  urlToName =
    url:
    let
      archive = "(.*)\\.(git|tar|zip|gz|tgz|bz|tbz|bz2|tbz2|lzma|txz|xz|zstd)";
      bare =
        name:
        let
          parts = match archive name;
        in
        if parts == null then name else bare (head parts);
    in
    bare (baseNameOf (removeSuffix "/" (lib.last (lib.splitString ":" (toString url)))));
  shortRev =
    rev:
    let
      name = baseNameOf (toString rev);
      version = match "([A-Za-z]+[-_. ]?)*(v)?([0-9.]+.*)" name;
    in
    if match "[a-f0-9]+" name != null then substring 0 7 name
    else if version != null then lib.last version
    else name;

  # One matcher a pattern: `*` stays in a component, `**` spans some; directories on the way to a match are kept.
  globMatcher =
    pattern:
    let
      components = text: filter isString (split "/" text);
      regex = part: lib.concatStrings (map (piece: if isString piece then escapeRegex piece else "[^/]*") (split "\\*+" part));
      globs = map (part: if part == "**" then ".*" else regex part) (components pattern);
      last = length globs;
    in
    path: type:
    let
      names = components path;
      fits = g: n: match (elemAt globs g) (elemAt names n) != null;
      walk =
        g: n:
        if n >= length names then g >= last || type == "directory" || type == "symlink"
        else if g >= last then false
        else if elemAt globs g != ".*" then fits g n && walk (g + 1) (n + 1)
        else if g + 1 == last then true
        else if fits (g + 1) n then walk (g + 1) n
        else fits g n && walk g (n + 1);
    in
    walk 0 0;

  repoRevToNameFull =
    repo: rev: suffix:
    let
      part = text: if text == null then "" else "-${text}";
    in
    "${urlToName repo}${if rev == null then "" else part (shortRev rev)}${part suffix}-source";
in
{
  inherit cleanSourceWith cleanSourceFilter urlToName shortRev filterSource;
  cleanSource = src: cleanSourceWith { inherit src; filter = cleanSourceFilter; };
  trace =
    source:
    let
      old = attributesOf source;
      note = path: result: builtins.trace "${old.name}.filter ${path} = ${lib.boolToString result}" result;
    in
    sourceOf (old // { filter = path: type: note path (old.filter path type); })
    // { satisfiesSubpathInvariant = source.satisfiesSubpathInvariant or false; };
  sourceByRegex =
    source: patterns:
    let
      root = toString (attributesOf source).origSrc + "/";
      keep = path: _: any (pattern: match pattern (removePrefix root (toString path)) != null) patterns;
    in
    cleanSourceWith { src = source; filter = keep; };
  sourceFilesBySuffices =
    source: endings:
    let
      keep = path: type: type == "directory" || any (ending: hasSuffix ending (baseNameOf path)) endings;
    in
    cleanSourceWith { src = source; filter = keep; };
  sourceByGlobs =
    source: patterns:
    let
      root = "${toString source}/";
      matchers = map globMatcher patterns;
    in
    cleanSourceWith { src = source; filter = path: type: any (fits: fits (removePrefix root path) type) matchers; };

  pathIsGitRepo = path: commitOf path ? value;
  commitIdFromGitRepo =
    path:
    let
      found = commitOf path;
    in
    found.value or (throw found.error);
  pathHasContext = hasContext;
  canCleanSource = source: isSource source || !(hasContext (toString source));
  revOrTag = rev: tag: if tag != null then tag else if rev != null then rev else "HEAD";
  repoRevToName =
    kind:
    if kind == "source" then (_: _: _: "source")
    else if kind == "versioned" then (repo: rev: _: repoRevToNameFull repo rev null)
    else if kind == "full" then repoRevToNameFull
    else throw "lib.repoRevToName: there is no kind of name `${kind}'";
}
