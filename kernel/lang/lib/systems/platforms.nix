# lib.systems.platforms: compiler settings of kinds of machines.
lib:
let
  arch = arch: { gcc = { inherit arch; }; };
  arm = arch: fpu: { gcc = { inherit arch fpu; }; };
  mips = arch: abi: { gcc = { inherit arch abi; }; };
  self = {
    armv5tel-multiplatform = arch "armv5te";
    raspberrypi = arm "armv6kz" "vfpv2";
    raspberrypi2 = self.armv7l-hf-multiplatform;
    armv7l-hf-multiplatform = arm "armv7-a" "vfpv3-d16";
    armv7a-android.gcc = { arch = "armv7-a"; float-abi = "softfp"; fpu = "vfpv3-d16"; };
    zero-gravitas.gcc = { cpu = "cortex-a9"; fpu = "neon"; };
    zero-sugar.gcc = { cpu = "cortex-a7"; fpu = "neon-vfpv4"; float-abi = "hard"; };
    aarch64-multiplatform = arch "armv8-a";
    bluefield2 = arch "armv8-a+fp+simd+crc+crypto";
    apple-m1.gcc = { arch = "armv8.3-a+crypto+sha2+aes+crc+fp16+lse+simd+ras+rdm+rcpc"; cpu = "apple-a13"; };
    ben_nanonote.gcc = { arch = "mips32"; float = "soft"; };
    fuloong2f_n32.gcc = { arch = "loongson2f"; float = "hard"; abi = "n32"; };
    gcc_mips32r2_o32 = mips "mips32r2" "32";
    gcc_mips32r6_o32 = mips "mips32r6" "32";
    gcc_mips64r2_n32 = mips "mips64r2" "n32";
    gcc_mips64r6_n32 = mips "mips64r6" "n32";
    gcc_mips64r2_64 = mips "mips64r2" "64";
    gcc_mips64r6_64 = mips "mips64r6" "64";
    loongarch64-multiplatform.gcc = { arch = "la64v1.0"; cmodel = "medium"; strict-align = false; };
    # The settings of an elaborated system that names none.
    select =
      system:
      let
        version = system.parsed.cpu.version or null;
      in
      if system.isAarch32 then
        if version == null then { }
        else if lib.versionOlder version "6" then self.armv5tel-multiplatform
        else if lib.versionOlder version "7" then self.raspberrypi
        else self.armv7l-hf-multiplatform
      else if system.isAarch64 then
        if system.isDarwin then self.apple-m1 else self.aarch64-multiplatform
      else if system.isLoongArch64 then self.loongarch64-multiplatform
      else if system.parsed.cpu.name == "mipsel" then lib.systems.examples.mipsel-linux-gnu
      else { };
  };
in
self
