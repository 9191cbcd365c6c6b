# One disk, one pool. The layout is a template: a host says which disk, how it
# boots and which further datasets it wants.
{ inputs, lib, ... }:
let
  inherit (lib) mkOption types;

  dataset =
    { name, ... }:
    {
      options = {
        mountpoint = mkOption {
          type = types.nullOr types.path;
          default = "/${name}";
        };
        snapshots = mkOption {
          type = types.bool;
          default = true;
        };
        quota = mkOption {
          type = types.nullOr (types.strMatching "[0-9]+[MGT]");
          default = null;
        };
      };
    };
in
{
  flake.modules.nixos.zfs-disk =
    { config, ... }:
    let
      cfg = config.fleet.disk;

      toDisko = _: set: {
        type = "zfs_fs";
        inherit (set) mountpoint;
        options = {
          "com.sun:auto-snapshot" = lib.boolToString set.snapshots;
          mountpoint = if set.mountpoint == null then "none" else "legacy";
        }
        // lib.optionalAttrs (set.quota != null) { inherit (set) quota; };
      };

      firmware = {
        bios.biosboot = {
          priority = 1;
          size = "1M";
          type = "EF02";
        };

        uefi.ESP = {
          priority = 1;
          size = "1G";
          type = "EF00";
          content = {
            type = "filesystem";
            format = "vfat";
            mountpoint = "/boot";
            mountOptions = [ "umask=0077" ];
          };
        };
      };

      bootPartition = lib.optionalAttrs (cfg.firmware == "bios") {
        boot = {
          priority = 2;
          size = "1G";
          content = {
            type = "filesystem";
            format = "ext4";
            mountpoint = "/boot";
          };
        };
      };
    in
    {
      imports = [ inputs.disko.nixosModules.disko ];

      options.fleet.disk = {
        device = mkOption {
          type = types.path;
          example = "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_1";
        };

        firmware = mkOption {
          type = types.enum [
            "bios"
            "uefi"
          ];
        };

        pool = mkOption {
          type = types.str;
          default = "zroot";
        };

        compression = mkOption {
          type = types.enum [
            "lz4"
            "zstd"
            "off"
          ];
          default = "lz4";
        };

        datasets = mkOption {
          type = types.attrsOf (types.submodule dataset);
          description = "Datasets below the pool's root, by name.";
        };
      };

      config = {
        fleet.zfs.enable = true;

        fleet.disk.datasets = {
          root.mountpoint = "/";
          "root/nix" = {
            mountpoint = "/nix";
            snapshots = false;
          };
          "root/home".mountpoint = "/home";
        };

        boot.loader = lib.mkMerge [
          (lib.mkIf (cfg.firmware == "bios") {
            grub = {
              enable = true;
              efiSupport = false;
            };
          })
          (lib.mkIf (cfg.firmware == "uefi") {
            grub.enable = lib.mkForce false;
            systemd-boot = {
              enable = true;
              configurationLimit = 8;
              editor = false;
            };
            efi.canTouchEfiVariables = lib.mkDefault false;
          })
        ];

        disko.devices = {
          disk.main = {
            type = "disk";
            inherit (cfg) device;
            content = {
              type = "gpt";
              partitions =
                firmware.${cfg.firmware}
                // bootPartition
                // {
                  zfs = {
                    priority = 10;
                    size = "100%";
                    content = {
                      type = "zfs";
                      inherit (cfg) pool;
                    };
                  };
                };
            };
          };

          zpool.${cfg.pool} = {
            type = "zpool";
            options = {
              ashift = "12";
              autotrim = "on";
            };
            rootFsOptions = {
              acltype = "posixacl";
              atime = "off";
              inherit (cfg) compression;
              xattr = "sa";
              mountpoint = "none";
            };
            datasets = lib.mapAttrs toDisko cfg.datasets;
          };
        };
      };
    };
}
