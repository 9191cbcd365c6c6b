# lib.hm.assertions: assertions about the platform.
lib: {
  assertPlatform =
    module: pkgs: platforms:
    let
      listed = builtins.concatStringsSep "\n" (map (platform: "  - ${platform}") (builtins.sort builtins.lessThan platforms));
    in
    {
      assertion = builtins.elem pkgs.stdenv.hostPlatform.system platforms;
      message = "The module ${module} does not support your platform. It only supports\n\n${listed}";
    };
}
