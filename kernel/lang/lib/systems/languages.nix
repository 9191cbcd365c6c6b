# Part of lib.systems.elaborate: how the tools of other languages call an elaborated system; a function of the system and its arguments.
lib: choose:
let
  inherit (builtins) any baseNameOf isList toFile toJSON;
  inherit (lib) hasInfix hasPrefix hasSuffix optional optionalString toUpper;
  on = holds: value: { inherit holds value; };
in
self: args: {
  rust =
    let
      rust = args.rust or args.rustc or { };
      own = rust.platform or (if hasSuffix ".json" (rust.rustcTargetSpec or "") then lib.importJSON rust.rustcTargetSpec else { });
      inherit (self.parsed) abi cpu kernel vendor;
      listed = value: if isList value then value else [ value ];
      rustCpu =
        {
          armv7a = "armv7"; armv7l = "armv7"; armv6l = "arm"; armv5tel = "armv5te"; riscv32 = "riscv32gc"; riscv64 = "riscv64gc";
        }
        .${cpu.name} or cpu.name;
      name = rust.platform.arch or rustCpu;
      abiName = if hasPrefix "powerpc" cpu.name && hasPrefix "gnuabielfv" abi.name then "gnu" else abi.name;
      usual =
        if self.isWasi then "${name}-wasip1"
        else "${name}-${self.rust.platform.vendor}-${kernel.name}${optionalString (abi.name != "unknown") "-${abiName}"}";
      target = rust.rustcTarget or usual;
      short = lib.removeSuffix ".json" (baseNameOf "${self.rust.rustcTargetSpec}");
    in
    rust
    // {
      platform = own // {
        arch =
          if rust ? platform then rust.platform.arch
          else choose [ (on self.isAarch32 "arm") (on self.isMips64 "mips64") (on self.isPower64 "powerpc64") ] cpu.name;
        os =
          if rust ? platform then rust.platform.os or "none"
          else choose [ (on self.isDarwin "macos") (on (self.isWasm && !self.isWasi) "unknown") ] kernel.name;
        target-family =
          if args ? rust.platform.target-family then args.rust.platform.target-family
          else if args ? rustc.platform.target-family then listed args.rustc.platform.target-family
          else optional self.isUnix "unix" ++ optional self.isWindows "windows" ++ optional self.isWasm "wasm";
        vendor = rust.platform.vendor or (if vendor.name == "w64" then "pc" else vendor.name);
      };
      rustcTargetSpec =
        args.rust.rustcTargetSpec or args.rustc.config
          or (if rust ? platform then toFile "${target}.json" (toJSON rust.platform) else target);
      rustcTarget = rust.rustcTarget or short;
      cargoShortTarget = short;
      cargoEnvVarTarget = builtins.replaceStrings [ "-" ] [ "_" ] (toUpper short);
      isNoStdTarget = any (part: hasInfix part self.rust.rustcTarget) [ "-none" "nvptx" "switch" "-uefi" ];
    };

  go = {
    GOARCH =
      {
        aarch64 = "arm64"; arm = "arm"; armv5tel = "arm"; armv6l = "arm"; armv7l = "arm"; i686 = "386"; loongarch64 = "loong64";
        mips = "mips"; mips64el = "mips64le"; mipsel = "mipsle"; powerpc64 = "ppc64"; powerpc64le = "ppc64le"; riscv64 = "riscv64";
        s390x = "s390x"; x86_64 = "amd64"; wasm32 = "wasm";
      }
      .${self.parsed.cpu.name} or null;
    GOOS = if self.isWasi then "wasip1" else self.parsed.kernel.name;
    GOARM = toString (lib.intersectLists [ (self.parsed.cpu.version or "") ] [ "5" "6" "7" ]);
  };

  node = {
    arch =
      let
        el = optionalString self.isLittleEndian "el";
        wide = optionalString self.is64bit "64";
      in
      choose [
        (on self.isAarch "arm${wide}")
        (on self.isMips32 "mips${el}")
        (on (self.isMips64 && self.isLittleEndian) "mips64el")
        (on self.isPower "ppc${wide}")
        (on self.isx86_64 "x64")
        (on self.isx86_32 "ia32")
        (on self.isS390x "s390x")
        (on self.isRiscV64 "riscv64")
        (on self.isLoongArch64 "loong64")
      ] null;
    platform = choose [
      (on self.isAndroid "android")
      (on self.isDarwin "darwin")
      (on self.isFreeBSD "freebsd")
      (on self.isLinux "linux")
      (on self.isOpenBSD "openbsd")
      (on self.isSunOS "sunos")
      (on (self.isWindows || self.isCygwin) "win32")
    ] null;
  };

  nim = {
    cpu = choose [
      (on self.isAarch32 "arm")
      (on self.isAarch64 "arm64")
      (on self.isAlpha "alpha")
      (on self.isAvr "avr")
      (on self.isMips32 "mips")
      (on self.isMips64 "mips64")
      (on self.isMsp430 "msp430")
      (on (self.isPower && self.is32bit) "powerpc")
      (on (self.isPower && self.is64bit) "powerpc64")
      (on (self.isRiscV && self.is64bit) "riscv64")
      (on self.isSparc "sparc")
      (on self.isx86_32 "i386")
      (on self.isx86_64 "amd64")
    ] null;
    os = choose [
      (on self.isAndroid "Android")
      (on self.isDarwin "MacOSX")
      (on self.isFreeBSD "FreeBSD")
      (on self.isGenode "Genode")
      (on self.isLinux "Linux")
      (on self.isNetBSD "NetBSD")
      (on self.isNone "Standalone")
      (on self.isOpenBSD "OpenBSD")
      (on self.isWindows "Windows")
      (on self.isiOS "iOS")
    ] null;
  };
}
