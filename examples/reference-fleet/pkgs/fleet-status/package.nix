# Asks the hosts of a table whether they answer, and prints one line for each.
{
  lib,
  stdenvNoCC,
  makeWrapper,
  python3,
  openssh,
}:
stdenvNoCC.mkDerivation (finalAttrs: {
  pname = "fleet-status";
  version = "0.4.0";

  src = ./.;

  nativeBuildInputs = [ makeWrapper ];
  buildInputs = [ python3 ];

  dontBuild = true;

  installPhase = ''
    runHook preInstall
    install -Dm755 fleet-status.py "$out/bin/fleet-status"
    wrapProgram "$out/bin/fleet-status" --prefix PATH : ${lib.makeBinPath [ openssh ]}
    runHook postInstall
  '';

  meta = {
    description = "Tells which hosts of the fleet answer";
    mainProgram = "fleet-status";
    license = lib.licenses.mit;
    platforms = lib.platforms.unix;
    position = "pkgs/fleet-status/package.nix:${finalAttrs.version}";
  };
})
