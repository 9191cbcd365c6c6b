# lib.systems.architectures: what instruction sets compilers may use on a processor, and which processors run each other's programs.
lib:
let
  inherit (builtins) elem listToAttrs map;
  inherit (lib) genAttrs unique;

  sse4 = [ "sse3" "ssse3" "sse4_1" "sse4_2" ];
  avx = sse4 ++ [ "avx" ];
  v3 = avx ++ [ "avx2" "fma" ];
  aes = sse4 ++ [ "aes" "avx" "avx2" "fma" ];
  avx512 = sse4 ++ [ "aes" "avx" "avx2" "avx512" "fma" ];
  bulldozer = sse4 ++ [ "sse4a" "aes" "avx" "fma" "fma4" ];
  zen = sse4 ++ [ "sse4a" "aes" "avx" "avx2" "fma" ];
  zen4 = sse4 ++ [ "sse4a" "aes" "avx" "avx2" "avx512" "fma" ];
  loong11 = [ "div32" "frecipe" "lam-bh" "lamcas" "ld-seq-sa" ];
  all_ = set: names: genAttrs names (_: set);

  features =
    all_ [ ] [ "default" "x86-64" "armv5te" "armv6" "armv7-a" "armv8-a" "mips32" "loongson2f" ]
    // all_ sse4 [ "x86-64-v2" "nehalem" "westmere" "silvermont" "btver1" ]
    // all_ avx [ "sandybridge" "ivybridge" ]
    // all_ v3 [ "x86-64-v3" "haswell" "broadwell" ]
    // all_ aes [ "skylake" "alderlake" "sierraforest" ]
    // all_ avx512 [
      "skylake-avx512" "cannonlake" "icelake-client" "icelake-server" "rocketlake" "cascadelake" "cooperlake" "tigerlake" "sapphirerapids"
      "emeraldrapids"
    ]
    // all_ bulldozer [ "bdver1" "bdver2" "bdver3" ]
    // all_ zen [ "znver1" "znver2" "znver3" ]
    // all_ zen4 [ "znver4" "znver5" ]
    // {
      x86-64-v4 = avx ++ [ "avx2" "avx512" "fma" ];
      btver2 = sse4 ++ [ "aes" "avx" ];
      bdver4 = sse4 ++ [ "sse4a" "aes" "avx" "avx2" "fma" "fma4" ];
      loongarch64 = [ "fpu64" ];
      "la64v1.0" = [ "fpu64" "lsx" ];
      "la64v1.1" = [ "fpu64" "lsx" ] ++ loong11;
      la464 = [ "fpu64" "lsx" "lasx" ];
      la664 = [ "fpu64" "lsx" "lasx" ] ++ loong11;
    };

  # A processor, then the next lower one it includes.
  steps = [
    [ "x86-64-v2" "x86-64" ] [ "x86-64-v3" "x86-64-v2" ] [ "x86-64-v4" "x86-64-v3" ]
    [ "nehalem" "x86-64-v2" ] [ "westmere" "nehalem" ] [ "sandybridge" "westmere" ] [ "ivybridge" "sandybridge" ]
    [ "broadwell" "haswell" ] [ "skylake" "broadwell" ] [ "cannonlake" "skylake-avx512" ] [ "icelake-client" "cannonlake" ]
    [ "icelake-server" "icelake-client" ] [ "cascadelake" "cannonlake" ] [ "cooperlake" "cascadelake" ] [ "tigerlake" "icelake-server" ]
    [ "sapphirerapids" "tigerlake" ] [ "emeraldrapids" "sapphirerapids" ] [ "rocketlake" "x86-64-v4" ] [ "alderlake" "skylake" ]
    [ "sierraforest" "alderlake" ] [ "btver1" "x86-64" ] [ "btver2" "x86-64-v2" ] [ "bdver1" "x86-64-v2" ] [ "bdver2" "x86-64-v2" ]
    [ "bdver3" "x86-64-v2" ] [ "bdver4" "x86-64-v3" ] [ "znver1" "skylake" ] [ "znver2" "znver1" ] [ "znver3" "znver2" ]
    [ "znver5" "znver4" ]
    [ "armv8.1-a" "armv8-a" ] [ "armv8.2-a" "armv8.1-a" ] [ "armv8.3-a" "armv8.2-a" ] [ "armv8.4-a" "armv8.3-a" ]
    [ "armv8.5-a" "armv8.4-a" ] [ "armv8.6-a" "armv8.5-a" ] [ "armv8.7-a" "armv8.6-a" ] [ "armv8.8-a" "armv8.7-a" ]
    [ "armv8.9-a" "armv8.8-a" ] [ "armv9-a" "armv8.5-a" ] [ "armv9.4-a" "armv9.3-a" ]
    [ "cortex-a53" "armv8-a" ] [ "cortex-a72" "armv8-a" ] [ "ampere1a" "ampere1" ] [ "ampere1b" "ampere1a" ]
    [ "la64v1.0" "loongarch64" ] [ "la464" "la64v1.0" ] [ "la64v1.1" "la64v1.0" ]
  ];
  step = row: { name = lib.head row; value = tail row; };
  tail = row: let lower = lib.last row; in [ lower ] ++ inferiors.${lower};
  # Two lower ones and all they include.
  joined = names: unique (names ++ lib.concatMap (name: inferiors.${name}) names);
  inferiors =
    all_ [ ] [ "default" "x86-64" "armv8-a" "loongarch64" "armv5te" "armv6" "armv7-a" "mips32" "loongson2f" ]
    // listToAttrs (map step steps)
    // {
      haswell = joined [ "ivybridge" "x86-64-v3" ];
      skylake-avx512 = joined [ "skylake" "x86-64-v4" ];
      znver4 = joined [ "znver3" "x86-64-v4" ];
      "armv9.1-a" = [ "armv9-a" "armv8.6-a" ] ++ inferiors."armv8.6-a";
      "armv9.2-a" = joined [ "armv9.1-a" "armv8.7-a" ];
      "armv9.3-a" = joined [ "armv9.2-a" "armv8.8-a" ];
      cortex-a55 = [ "armv8.2-a" "cortex-a53" "cortex-a72" ] ++ inferiors."armv8.2-a";
      cortex-a76 = [ "armv8.2-a" "cortex-a53" "cortex-a72" ] ++ inferiors."armv8.2-a";
      ampere1 = joined [ "armv8.6-a" "cortex-a55" "cortex-a76" ];
      la664 = joined [ "la464" "la64v1.1" ];
    };
  hasInferior = arch: other: elem other (inferiors.${arch} or [ ]);
  supports = feature: arch: elem feature (features.${arch} or [ ]);
in
{
  inherit features inferiors hasInferior;
  canExecute = arch: other: arch == other || hasInferior arch other;
  predicates =
    listToAttrs (
      map (feature: { name = "${feature}Support"; value = supports feature; }) [
        "sse3" "ssse3" "sse4_1" "sse4_2" "avx" "avx2" "avx512" "aes" "fma" "fma4" "lsx" "lasx"
      ]
    )
    // { sse4_aSupport = supports "sse4a"; };
}
