/// An authority and a certificate for `localhost`, valid from 2020 to 2120, made for these tests; they protect nothing.
enum TestCertificates {
    static let authority = """
        -----BEGIN CERTIFICATE-----
        MIIBVDCB+6ADAgECAgEBMAoGCCqGSM49BAMCMBkxFzAVBgNVBAMMDlRlc3QgYXV0
        aG9yaXR5MCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAZMRcwFQYD
        VQQDDA5UZXN0IGF1dGhvcml0eTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABJYt
        Ofps/Md7b0lkOvBvosLN5ibH92pMYx56ytbxTl/oXZQ9h0/rM0KVhFygZhpUlEAO
        L0ICjCz5XV1lRmSynY+jMjAwMA8GA1UdEwEB/wQFMAMBAf8wHQYDVR0OBBYEFC+v
        LhujqzeVRRBtLsDzvN5rPxTsMAoGCCqGSM49BAMCA0gAMEUCIQDUJvzB/KVDgVfx
        2kHdWoo7+1BNOSHsVu4Oo5jYvZBIWAIgJJe+Y/NdErHr9BjytL/sgfT2pAAF3/G5
        QZaOUD0AmQE=
        -----END CERTIFICATE-----
        """

    static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBgjCCASegAwIBAgIBAjAKBggqhkjOPQQDAjAZMRcwFQYDVQQDDA5UZXN0IGF1
        dGhvcml0eTAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowFDESMBAG
        A1UEAwwJbG9jYWxob3N0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE1beBgDzS
        jW9LAM2aPgVk0110HrLIRYpdXeILAFCTm3311u05FSS3F0hifB3yaw+Q4Uqj82J/
        bsqdrTubV1lG+qNjMGEwCQYDVR0TBAIwADAUBgNVHREEDTALgglsb2NhbGhvc3Qw
        HQYDVR0OBBYEFEoySAeRZaVsR0Y1nyfTsdiXUhnIMB8GA1UdIwQYMBaAFC+vLhuj
        qzeVRRBtLsDzvN5rPxTsMAoGCCqGSM49BAMCA0kAMEYCIQCgCQAYqjqBjXZu2M8h
        eWlg1kOx/OyEZJ09xHjb+QGnxgIhAKyD41mGBlptIPLgUg5EqdxMoy2awNznqNuh
        IWLKcK3T
        -----END CERTIFICATE-----
        """

    static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgQtlRFPU7VZbKLeGl
        jkPs/xFMtKiLNrtZ/5nx7/k8qmShRANCAATVt4GAPNKNb0sAzZo+BWTTXXQesshF
        il1d4gsAUJObffXW7TkVJLcXSGJ8HfJrD5DhSqPzYn9uyp2tO5tXWUb6
        -----END PRIVATE KEY-----
        """
}
