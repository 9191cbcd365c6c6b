# Kernel settings and limits for machines on the open internet.
{
  flake.modules.nixos.base =
    { lib, ... }:
    {
      boot.kernel.sysctl = {
        "kernel.dmesg_restrict" = 1;
        "kernel.kptr_restrict" = 2;
        "kernel.unprivileged_bpf_disabled" = 1;
        "kernel.yama.ptrace_scope" = lib.mkDefault 1;
        "net.core.bpf_jit_harden" = 2;
        "net.ipv4.conf.all.rp_filter" = 2;
        "net.ipv4.conf.all.accept_redirects" = 0;
        "net.ipv4.conf.all.send_redirects" = 0;
        "net.ipv6.conf.all.accept_redirects" = 0;
        "net.ipv4.tcp_congestion_control" = "bbr";
        "net.core.default_qdisc" = "fq";
        "vm.swappiness" = 20;
      };

      boot.blacklistedKernelModules = [
        "dccp"
        "rds"
        "tipc"
        "firewire-core"
      ];

      security.sudo.execWheelOnly = true;
      security.polkit.enable = lib.mkDefault false;
      security.pam.loginLimits = [
        {
          domain = "*";
          type = "soft";
          item = "nofile";
          value = "65536";
        }
      ];
    };
}
