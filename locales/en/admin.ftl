admin-title = Administration
admin-numbers = Overview
admin-accounts = Accounts
admin-disabled = Disabled accounts
admin-admins = Administrators
admin-sessions = Active sessions
admin-manage = Manage accounts
admin-manage-text = To change a role, or to disable or delete an account, run a command on the server:
