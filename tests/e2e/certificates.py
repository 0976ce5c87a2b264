"""An authority of a test, and certificates that it signs, by the openssl program."""
import subprocess


class Authority:
    def __init__(self, directory):
        self.directory = directory
        self.file = directory / "authority.pem"
        self._key = directory / "authority.key"
        self._run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", 30, "-subj",
                  "/CN=Test authority", "-keyout", self._key, "-out", self.file)

    def sign(self, file, names):
        """Writes a certificate with its key; `names`: its subjectAltName, "DNS:pbx.example,IP:127.0.0.1"."""
        key, request, signed = (self.directory / f"new.{kind}" for kind in ("key", "csr", "crt"))
        self._run("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=pbx", "-addext",
                  f"subjectAltName={names}", "-keyout", key, "-out", request)
        self._run("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self._key, "-CAcreateserial", "-days", 30,
                  "-copy_extensions", "copy", "-out", signed)
        file.write_text(signed.read_text() + key.read_text())

    def _run(self, *words):
        subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, cwd=self.directory, timeout=30)
