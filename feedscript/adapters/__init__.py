"""Technology + port: what the service needs, done with files, processes and sockets."""
