# lib.systems.parse.types: the tables of lib.systems.parse as option types.
lib:
let
  inherit (builtins) all attrValues;
  inherit (lib.systems) parse;
  inherit (lib.types) enum mkOptionType;

  open = name: description: check: mkOptionType ({ inherit name description; merge = lib.mergeOneOption; } // check);
  oneOf = table: enum (attrValues table);
  self = {
    bitWidth = enum [ 8 16 32 64 128 ];
    significantByte = oneOf parse.significantBytes;
    cpuType = oneOf parse.cpuTypes;
    vendor = oneOf parse.vendors;
    execFormat = oneOf parse.execFormats;
    kernelFamily = oneOf parse.kernelFamilies;
    kernel = oneOf parse.kernels;
    abi = oneOf parse.abis;

    openSignificantByte = open "significant-byte" "Endianness" { };
    openVendor = open "vendor" "vendor for the platform" { };
    openExecFormat = open "exec-format" "executable container used by the kernel" { };
    openKernelFamily = open "exec-format" "executable container used by the kernel" { };
    openAbi = open "abi" "binary interface for compiled code and syscalls" { };
    openCpuType = open "cpu-type" "instruction set architecture name and information" {
      # A processor with words of one byte has no byte order.
      check =
        cpu:
        self.bitWidth.check cpu.bits && (if cpu.bits > 8 then self.significantByte.check cpu.significantByte else !(cpu ? significantByte));
    };
    openKernel = open "kernel" "kernel name and information" {
      check = kernel: self.execFormat.check kernel.execFormat && all self.kernelFamily.check (attrValues kernel.families);
    };
    parsedPlatform = open "system" "fully parsed representation of llvm- or nix-style platform tuple" {
      check =
        { cpu, vendor, kernel, abi }:
        self.cpuType.check cpu && self.vendor.check vendor && self.kernel.check kernel && self.abi.check abi;
    };
  };
in
self
