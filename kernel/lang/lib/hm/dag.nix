# lib.hm.dag: values with an order among them, as home-manager's activation scripts and match blocks have.
lib:
let
  inherit (builtins) all attrNames attrValues elem filter genList isAttrs length listToAttrs mapAttrs;

  isEntry = value: value ? data && value ? after && value ? before;
  entryBetween = before: after: data: { inherit data before after; };

  topoSort =
    dag:
    let
      # "Before x" said elsewhere means "after this" for x.
      ahead = name: filter (other: elem name dag.${other}.before) (attrNames dag);
      nodes = mapAttrs (name: entry: { inherit name; inherit (entry) data; after = entry.after ++ ahead name; }) dag;
      sorted = lib.toposort (a: b: elem a.name b.after) (attrValues nodes);
    in
    if sorted ? result then { result = map (node: { inherit (node) name data; }) sorted.result; } else sorted;

  # Entries `tag-0`, `tag-1` … one after the other; the last comes before `before`, all come after `after`.
  entriesBetween =
    tag: before: after: entries:
    let
      last = length entries - 1;
      name = i: "${tag}-${toString i}";
      entry = i: {
        name = name i;
        value = entryBetween (if i == last then before else [ ]) (if i == 0 then after else [ (name (i - 1)) ]) (builtins.elemAt entries i);
      };
    in
    listToAttrs (genList entry (length entries));
in
{
  inherit isEntry topoSort entryBetween entriesBetween;
  empty = { };
  isDag = value: isAttrs value && all isEntry (attrValues value);
  map = function: mapAttrs (name: entry: entry // { data = function name entry.data; });
  entryAnywhere = entryBetween [ ] [ ];
  entryAfter = entryBetween [ ];
  entryBefore = before: entryBetween before [ ];
  entriesAnywhere = tag: entriesBetween tag [ ] [ ];
  entriesAfter = tag: entriesBetween tag [ ];
  entriesBefore = tag: before: entriesBetween tag before [ ];
}
