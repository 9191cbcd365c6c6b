# lib.hm.git: settings programs around git share.
lib: {
  diffPagerConfig = command: { pager = lib.genAttrs [ "diff" "log" "show" ] (_: command); };
}
