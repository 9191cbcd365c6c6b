# lib.stringsWithDeps: texts that come after the texts they depend on.
lib:
let
  inherit (builtins) foldl' isAttrs;

  # `done` is the set of names already placed.
  place =
    known: state: item:
    if isAttrs item then
      let
        before = foldl' (place known) state item.deps;
      in
      before // { result = before.result ++ [ item.text ]; }
    else if state.done ? ${item} then
      state
    else
      place known (state // { done = state.done // { ${item} = true; }; }) known.${item};

  textClosureList = known: items: (foldl' (place known) { result = [ ]; done = { }; } items).result;
  entry = text: deps: { inherit text deps; };
in
{
  inherit textClosureList;
  textClosureMap = function: known: names: lib.concatMapStringsSep "\n" function (textClosureList known names);
  fullDepEntry = entry;
  noDepEntry = text: entry text [ ];
  packEntry = entry "";
  stringAfter = deps: text: entry text deps;
}
