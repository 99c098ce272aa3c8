# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""Certificates for a test run, made by the openssl command line."""

import pathlib
import subprocess


def openssl(folder, *arguments):
    subprocess.run(["openssl", *map(str, arguments)], cwd=folder, check=True,
                   capture_output=True)


class Authority:
    """A private CA in 'folder'; its certificate is 'ca'."""

    def __init__(self, folder, name="ca"):
        self.folder = pathlib.Path(folder)
        self.name = name
        self.ca = self.folder / f"{name}.pem"
        openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                f"/CN=test {name}", "-addext",
                "basicConstraints=critical,CA:TRUE", "-addext",
                "keyUsage=critical,keyCertSign,cRLSign", "-keyout",
                f"{name}.key", "-out", f"{name}.pem")

    def issue(self, name, san="", subject="/O=test", usage="serverAuth",
              key=("ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
              dates=("-days", "2"), digest="-sha256"):
        """(certificate, key) files of a leaf."""
        extensions = "basicConstraints=critical,CA:FALSE\n" + (
            f"subjectAltName={san}\n" if san else "") + (
            f"extendedKeyUsage={usage}\n" if usage else "")
        (self.folder / f"{name}.cnf").write_text(extensions)
        openssl(self.folder, "req", "-new", "-newkey", *key, "-nodes",
                "-subj", subject, "-keyout", f"{name}.key", "-out",
                f"{name}.csr")
        if dates[0] == "-days":
            openssl(self.folder, "x509", "-req", "-in", f"{name}.csr", "-CA",
                    self.ca, "-CAkey", f"{self.name}.key", "-set_serial",
                    str(abs(hash(name)) % 10**9 + 1), *dates, digest,
                    "-extfile", f"{name}.cnf", "-out", f"{name}.pem")
        else:
            self.issue_dated(name, dates)
        return self.folder / f"{name}.pem", self.folder / f"{name}.key"

    def issue_dated(self, name, dates):
        """'openssl x509' knows no dates in the past; 'openssl ca' does."""
        store = self.folder / f"{name}.ca"
        store.mkdir()
        (store / "index").write_text("")
        (store / "config").write_text(
            f"[ca]\ndefault_ca=it\n[it]\ndatabase={store}/index\n"
            f"new_certs_dir={store}\nrand_serial=yes\n"
            "default_md=sha256\npolicy=any\n[any]\n"
            "organizationName=optional\n")
        openssl(self.folder, "ca", "-batch", "-config", store / "config",
                "-notext", "-cert", self.ca, "-keyfile", f"{self.name}.key",
                "-in", f"{name}.csr", "-extfile", f"{name}.cnf", "-startdate",
                dates[0], "-enddate", dates[1], "-out", f"{name}.pem")

    def self_signed(self, name, san):
        openssl(self.folder, "req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                "/O=test", "-addext", f"subjectAltName={san}", "-keyout",
                f"{name}.key", "-out", f"{name}.pem")
        return self.folder / f"{name}.pem", self.folder / f"{name}.key"
