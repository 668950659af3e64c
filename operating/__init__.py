"""What whoever runs the service needs: its processes, a renewal without a gap, backups, logs, and `doctor`."""
